# %% [markdown]
# # 1. Which provider?
#
# **The question.** A medium clinic has 1,000 records a day summarised. What does each provider ask for that work, and
# what would change the answer?
#
# Every figure below is computed by the package from a scenario file and a dated price book. No figure is computed in
# this notebook. To ask about your own clinic, change the parameters, or run
# `papermill notebooks/1_provider_comparison.ipynb out.ipynb -p scenario my-clinic.yaml`.

# %% tags=["parameters"]
scenario = "scenarios/emr-medium-measured.yaml"
models = ""  # offers by name, separated by commas; the scenario's own where it is empty
require = "baa"  # terms that an offer must have; see costmodel compare --help
over = "ratio=10:1..1:3"  # a range over which the ranking is shown: input to output from 10:1 to 1:3

# %%
from textwrap import fill

from IPython.display import Image

import costmodel as cm
from costmodel.decisions.comparison.filters import filters_of
from costmodel.decisions.comparison.ranges import over as ranking_over
from costmodel.reports import charts
from costmodel.shipped import shipped_file
from costmodel.study import book_for

work = cm.Scenario.load(shipped_file(scenario))
names = [name.strip() for name in models.split(",") if name.strip()]

# %% [markdown]
# ## Everything that is offered
#
# Each row is one offer that does all the work alone. The cheapest comes first.

# %%
everything = cm.compare(work, names)
everything

# %%
Image(charts.png(charts.provider_costs(everything)), width=760)

# %% [markdown]
# ## What may be used with patient data
#
# A provider without a business associate agreement (BAA) may not see patient data in the United States. What is not
# known does not count as a yes. Offers that do not qualify stand back in grey, with the reason.

# %%
eligible = cm.compare(work, names, filters=filters_of([require] if require else [], None, None, ""))
eligible

# %%
Image(charts.png(charts.provider_costs(eligible)), width=760)

# %% [markdown]
# ## What would change the ranking
#
# Providers price input and output differently. So the ranking can turn when summaries get longer or records shorter.
# The crossing points are computed, not read off a chart.

# %%
ranking_over(work, [item.name for item in everything.eligible], over, book_for(work))

# %% [markdown]
# ## The finding

# %%
print(fill(eligible.tables()[0].lead, 110))

# %% [markdown]
# ## Where a figure comes from
#
# Every figure can be asked for its equation, its numbers, its price and the source of the price. In a terminal:
# `costmodel explain scenarios/emr-medium-measured.yaml --at month=1,model=google/gemini-2.5-flash,meter=output`.
