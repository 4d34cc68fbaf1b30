# A report is collected as HTML over cells, with a picture in it, and shown at the end.
# expect: equal
# %%
import base64
import io
from html import escape

import pandas as pd
from IPython.display import HTML, SVG, display
# %%
parts = ["<h1>Report</h1>"]
add = parts.append
# %%
add(pd.DataFrame({"a": [1, 2]}).to_html(index=False))
# %%
buffer = io.StringIO()
print("<pre>", escape("a < b"), "</pre>", file=buffer)
# %%
add(buffer.getvalue())
parts.append(base64.b64encode(b"picture").decode())
# %%
buffer.write("more")
print(buffer.getvalue(), len(parts))
# %%
display(SVG("<svg xmlns='http://www.w3.org/2000/svg'><circle r='3'/></svg>"))
HTML("\n".join(parts))
