# Objects that show themselves as HTML, Markdown, LaTeX, JSON, or as a bundle of them.
# expect: equal
# %%
from IPython.display import HTML, JSON, Markdown, display


# %%
class Chart:
    count = 0

    def __init__(self, data):
        self.data = data

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {
            "application/vnd.chart.v1+json": {
                "data": self.data,
                "layout": {"title": len(self.data)},
            },
            "text/html": f"<div>{self.data}</div>",
            "text/plain": "Chart",
        }


# %%
chart = Chart([{"x": [1, 2], "y": [3, 4], "type": "bar"}])
chart
# %%
chart.data.append({"x": [5], "y": [6], "type": "line"})
chart
# %%
display(HTML("<b>bold</b>"), Markdown(f"*{len(chart.data)}*"))
display(JSON({"a": [1, {"b": 2}]}), metadata={"application/json": {"expanded": True}})


# %%
class Latex2:
    def _repr_latex_(self):
        return r"$\alpha$"


Latex2()
# %%
shown = display(chart, display_id="main")
type(shown).__name__
