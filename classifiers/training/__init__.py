"""How the shipped model is made: the corpus, and the recipe that turns it into `model/`."""
