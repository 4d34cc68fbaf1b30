from .cleaning import clean
