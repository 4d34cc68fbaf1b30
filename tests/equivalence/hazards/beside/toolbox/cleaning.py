def clean(frame):
    return frame.dropna().reset_index(drop=True)
