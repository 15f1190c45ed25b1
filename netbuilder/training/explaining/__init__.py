"""Why a network said what it said: attributions for one sample, and what its columns are worth."""
