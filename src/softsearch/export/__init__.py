"""From a run to what predicts without torch: ONNX graphs, or a model of CTranslate2."""

from softsearch.export.exporting import Exported, export

__all__ = ["Exported", "export"]
