"""Drawing: numbers and words in, matplotlib figures out. Knows no network, no run and no file but the one it writes."""

from softsearch.pictures.attention import attention_map
from softsearch.pictures.charts import curves, length_chart
from softsearch.pictures.saving import save_png, to_data_uri

__all__ = ["attention_map", "curves", "length_chart", "save_png", "to_data_uri"]
