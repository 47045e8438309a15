"""Recipes: what decides a training, as a file that is checked line by line."""

from softsearch.recipes.catalogue import ShippedRecipe, shipped
from softsearch.recipes.duration import Duration
from softsearch.recipes.reading import anchored, dump_recipe, load_recipe
from softsearch.recipes.schema import Recipe

__all__ = ["Duration", "Recipe", "ShippedRecipe", "anchored", "dump_recipe", "load_recipe", "shipped"]
