# A pen draws on a picture that another name holds.
# expect: equal
# %%
from PIL import Image, ImageDraw

image = Image.new("L", (6, 6))
pen = ImageDraw.Draw(image)
# %%
pen.point([1, 1], fill=200)
# %%
print(image.getpixel((1, 1)))
# %%
pen.line([0, 0, 5, 0], fill=9)
print(sum(image.tobytes()))
# %%
image.putpixel((5, 5), 1)
pen.point([5, 5], fill=image.getpixel((5, 5)) + 1)
# %%
image.getpixel((5, 5)), image.getpixel((3, 0))
