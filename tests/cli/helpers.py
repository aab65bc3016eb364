"""Articles to write to files and give to commands."""

ARTICLE = (
    "Le ministre présente jeudi son plan devant les députés réunis à Paris.\n"
    "Il a promis 1 200 emplois avant la fin de l'année, selon son entourage.\n"
)
# What looks like the end of an article, and more of it below.
CUT = (
    ARTICLE
    + "Tous les commentaires\n"
    + "Le texte sera discuté en mars, puis soumis au Sénat avant l'été, et enfin voté.\n"
    + "Les syndicats ont dit leur colère, et appellent à manifester samedi dans la ville.\n"
)
ENGLISH = "The minister presented his plan to members of parliament in Paris on Thursday.\n" * 3


def corpus(folder, count):
    for number in range(count):
        (folder / f"in/{number % 3}").mkdir(parents=True, exist_ok=True)
        text = f"La ville de Brive ouvre {number} écoles, a dit le maire.\nIl en a promis {number}."
        (folder / f"in/{number % 3}/{number}.txt").write_text(text)
