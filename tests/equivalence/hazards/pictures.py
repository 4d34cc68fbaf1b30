# PIL pictures are drawn on in several cells and shown.
# expect: equal
# %%
from PIL import Image, ImageDraw

image = Image.new("RGB", (20, 10), "white")
# %%
pen = ImageDraw.Draw(image)
pen.rectangle([2, 2, 8, 8], fill="red")
image
# %%
ImageDraw.Draw(image).line([0, 0, 19, 9], fill="blue")
small = image.resize((5, 5))
# %%
image.putpixel((19, 0), (0, 255, 0))
image.info["note"] = "kept"
image
# %%
image.save("drawn.png")
print(image.getpixel((19, 0)), small.getpixel((2, 2)), image.info, image.mode)
# %%
with Image.open("drawn.png") as again:
    print(again.tobytes() == image.tobytes())
image.paste("black", (0, 0, 10, 5))
# %%
image.resize((40, 20), Image.Resampling.NEAREST)
