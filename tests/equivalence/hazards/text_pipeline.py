# Text features: vocabulary, compiled patterns, vectorizer with a tokenizer of the notebook.
# expect: equal
# %%
import re
import string
from collections import Counter

from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer
from sklearn.naive_bayes import MultinomialNB
# %%
texts = ["The cat sat.", "A dog sat!", "Cats and dogs", "the end"]
labels = [0, 1, 0, 1]
STOP = {"the", "a"}
WORD = re.compile(r"[a-z]+")
# %%
def tokens(text):
    return [word for word in WORD.findall(text.lower()) if word not in STOP]
# %%
vocabulary = Counter(word for text in texts for word in tokens(text))
vocabulary.most_common(3)
# %%
STOP.add("and")
vectorizer = CountVectorizer(tokenizer=tokens, token_pattern=None)
counts = vectorizer.fit_transform(texts)
# %%
print(counts.toarray(), sorted(vectorizer.vocabulary_))
# %%
STOP |= {"sat"}
WORD = re.compile(r"[a-z]{3,}")
model = MultinomialNB().fit(TfidfTransformer().fit_transform(counts), labels)
# %%
new = vectorizer.transform(["a sat and cat ox"])
print(new.toarray(), model.predict(new), string.capwords("done it"))
