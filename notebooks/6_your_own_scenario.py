# %% [markdown]
# # 6. Write your own scenario
#
# **The question.** How does a finance team ask about its own clinic?
#
# A scenario is a text file of some fifteen lines. Change the text below, or save it as a file and run
# `costmodel estimate my-clinic.yaml`.

# %% tags=["parameters"]
scenario = """
scenario: Discharge letters, our clinic
prices: {version: "2026.11"}
horizon: {start: 2027-01, months: 12}
currency: USD
workload:
  records: {per_day: 250, days_per_month: 22, monthly_growth: 1 %}
  tokens: {input: 2_400, output: 350}
models: [openai/gpt-4.1, anthropic/claude-haiku-4-5, google/gemini-2.5-flash]
"""
change = {"workload.tokens.output": 700}  # what if the letters were twice as long?

# %%
from pathlib import Path
from tempfile import TemporaryDirectory

from IPython.display import Image

import costmodel as cm
from costmodel.reports import charts

with TemporaryDirectory() as folder:
    file = Path(folder) / "my-clinic.yaml"
    file.write_text(scenario, encoding="utf-8")
    work = cm.Scenario.load(file)

# %% [markdown]
# ## What it costs

# %%
cost = cm.estimate(work)
cost

# %%
Image(charts.png(charts.monthly_cost(cost.estimates[0])), width=760)

# %% [markdown]
# ## What if
#
# Any key of the scenario can be changed by its path. The difference is taken apart: more records, other shares of the
# models, more tokens a request, other prices. The parts add up exactly.

# %%
first = cm.estimate(work, models=[cost.estimates[0].alternative]).estimates[0]
longer = cm.estimate(work.changed(change), models=[first.alternative]).estimates[0]
why = cm.variance(first, longer)
why

# %%
Image(charts.png(charts.variance_bridge(why)), width=760)

# %% [markdown]
# ## Keep it true
#
# Write what the scenario must come to under `expect:`, and `costmodel check my-clinic.yaml` says when it no longer does:
#
# ```yaml
# expect:
#   month 1: {records: 5500}
# ```
#
# Everything can be taken elsewhere: `cost.to_csv("cost.csv")`, `cost.to_excel("cost.xlsx")`, `cost.to_pandas()`.
