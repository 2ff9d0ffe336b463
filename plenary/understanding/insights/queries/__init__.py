"""Reading figures, the matrix and countries, across all programmes."""

from __future__ import annotations

from plenary.understanding.insights.queries.figures import Figure, FigureBook, figure, figures, figures_by_measure, key_figures

__all__ = ["Figure", "FigureBook", "figure", "figures", "figures_by_measure", "key_figures"]
