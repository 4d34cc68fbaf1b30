doubled = [2 * one for one in made]
print("beside", rate)
