"""RO-Crate's own validator, without a network: its contexts are taken from a folder beside the checkout."""

import io
import os
import warnings
from pathlib import Path

import pytest

# Published by the RO-Crate project; not part of this one. CI has it beside the clone.
CONTEXTS = Path(os.environ.get("SOURCEBOOK_RO_CRATE") or Path(__file__).resolve().parents[2] / "shared" / "ro-crate")
PROFILES = ("ro-crate-1.1", "process-run-crate-0.5")


def validated(crate: Path, cache: Path, profile: str, severity: str) -> tuple[int, list[str]]:
    """How many checks were made of a crate, and the issues found; skip where the contexts are not at hand."""
    if not (CONTEXTS / "context-1.1.jsonld").is_file():
        pytest.skip(f"the JSON-LD contexts of RO-Crate are not in {CONTEXTS.name}/ beside the checkout")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the validator's own requirements
        return _validated(crate, cache, profile, severity)


def _validated(crate: Path, cache: Path, profile: str, severity: str) -> tuple[int, list[str]]:
    from requests.adapters import HTTPAdapter
    from rocrate_validator import services
    from rocrate_validator.models import ValidationSettings
    from rocrate_validator.utils.http import HttpRequester
    from urllib3 import HTTPResponse

    class Beside(HTTPAdapter):
        """Answers with the file, not with what the network has."""

        def send(self, request, **_):
            name = f"context-{request.url.rstrip('/').split('/')[-2]}.jsonld"
            raw = HTTPResponse(
                io.BytesIO((CONTEXTS / name).read_bytes()), {"Content-Type": "application/ld+json"}, 200,
                preload_content=False, request_url=request.url,
            )  # fmt: skip
            return self.build_response(request, raw)

    HttpRequester.initialize_cache(cache_path=str(cache), cache_max_age=-1)
    session = HttpRequester().session
    session.mount("https://w3id.org/ro/crate/", Beside())
    session.get("https://w3id.org/ro/crate/1.1/context", headers={"Accept": "application/ld+json"})
    result = services.validate(
        ValidationSettings(
            rocrate_uri=str(crate), profile_identifier=profile, requirement_severity=severity,
            offline=True, cache_path=cache, cache_max_age=-1,
        )
    )  # fmt: skip
    issues = [
        f"{issue.check.identifier}: {issue.message} {issue.violatingEntity or ''}" for issue in result.get_issues()
    ]
    return result.statistics.total_checks, issues
