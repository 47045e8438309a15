"""Drawing: numbers and words in, matplotlib figures out. Knows no network, no run and no file but the one it writes."""

from softsearch.pictures.attention import attention_map
from softsearch.pictures.charts import curve_panels, curves, interval_chart, length_chart
from softsearch.pictures.classification import confusion_matrix, reliability_chart
from softsearch.pictures.coloured_text import coloured_text
from softsearch.pictures.contact_sheet import contact_sheet
from softsearch.pictures.heads import head_grid
from softsearch.pictures.kernels import kernel_sheet
from softsearch.pictures.levels import level_map
from softsearch.pictures.next_tokens import Expected, next_token_strips
from softsearch.pictures.overlays import overlay_sheet, veil
from softsearch.pictures.saving import save_png, to_data_uri
from softsearch.pictures.steps import save_film, step_sheet

__all__ = [
    "Expected",
    "attention_map",
    "coloured_text",
    "confusion_matrix",
    "contact_sheet",
    "curve_panels",
    "curves",
    "head_grid",
    "interval_chart",
    "kernel_sheet",
    "length_chart",
    "level_map",
    "next_token_strips",
    "overlay_sheet",
    "reliability_chart",
    "save_film",
    "save_png",
    "step_sheet",
    "to_data_uri",
    "veil",
]
