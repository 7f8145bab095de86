"""The house look of every chart, as Vega-Lite configurations for light and for dark pages."""

FONT = (
    "Liberation Sans, Arial, Helvetica, sans-serif"  # the first is the one that the static pictures are measured with
)
# Okabe and Ito's colours (2008), told apart with any common colour vision; each is readable on white and on near-black.
COLOURS = ["#0072b2", "#d55e00", "#b58900", "#009e73", "#8e6bbf", "#4a9fd8"]
OWN = "#8c8c8c"  # the article's own voice: no side's colour
DIVERGING = ["#b35806", "#e8964a", "#b9b9b9", "#6fa3cf", "#2c6aa6"]  # from against to for, grey between
WIDTH = 430


def config(dark: bool = False) -> dict:
    """A Vega-Lite `config`; the background is the page's."""
    light, night = ("#1f2328", "#59606a", "#d9dce0", "#ffffff"), ("#e8e6e3", "#b3b0ab", "#4a4a4a", "#16181b")
    ink, faint, rule, page = night if dark else light
    return {
        "background": "transparent",
        "font": FONT,
        "padding": {"left": 4, "right": 12, "top": 4, "bottom": 4},
        "view": {"stroke": None},
        "range": {"category": COLOURS, "diverging": DIVERGING},
        "title": {"anchor": "start", "frame": "bounds", "fontSize": 15, "fontWeight": 600, "color": ink, "offset": 12,
                  "subtitleColor": faint},
        "axis": {"labelColor": ink, "titleColor": faint, "labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal",
                 "domainColor": rule, "tickColor": rule, "gridColor": rule, "labelLimit": 260, "gridOpacity": 0.7},
        "axisY": {"grid": False, "domain": False, "ticks": False, "labelPadding": 6},
        "legend": {"labelColor": ink, "titleColor": faint, "labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal",
                   "orient": "bottom", "symbolType": "square", "labelLimit": 300, "columns": 6},
        "header": {"labelColor": ink, "titleColor": faint, "labelFontSize": 12},
        "text": {"color": ink, "fontSize": 12},
        "rule": {"color": faint},
        # A line in the page's colour keeps stacked bars apart where their colours are no help: in grey, or to some eyes.
        "bar": {"cornerRadiusEnd": 1, "stroke": page, "strokeWidth": 0.8},
    }  # fmt: skip
