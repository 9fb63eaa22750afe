# %% [markdown]
# # 5. Actual against budget
#
# **The question.** A clinic planned what the visit summaries of a month may cost. The month is over, and the usage log says
# what was really used. Why is the cost not the figure that was planned?
#
# The plan is a scenario, as in the other notebooks. A usage log has one line a request. Where none is given as `log`, one is
# made up: drawn with a fixed seed from measured record sizes, as if the clinic had been busier than planned and had sent
# more of its work to the dearer model. For your own, give its path, and as `by` the column that says who used it, or an
# empty text where there is none:
# `papermill notebooks/5_actual_against_budget.ipynb out.ipynb -p scenario my-clinic.yaml -p log usage.csv -p by ward`.

# %% tags=["parameters"]
scenario = "scenarios/clinic-budget.yaml"
log = ""  # your usage log; where it is empty, one is made up
happened = "workloads.0.records.per_day=290; mix={by: requests, openai/gpt-4.1: 45 %, google/gemini-2.5-flash: 55 %}"
seed = 12  # of the made-up log
by = "department"  # the column of the log that says who used it; empty where there is none

# %%
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import fill

from IPython.display import Image

import costmodel as cm
from costmodel.documents.settings import split_setting
from costmodel.reports import charts
from costmodel.shipped import shipped_file
from costmodel.study.example_log import example_log

work = cm.Scenario.load(shipped_file(scenario))

# %% [markdown]
# ## What was planned

# %%
plan = cm.estimate(work)
plan

# %% [markdown]
# ## What was used, and what it cost
#
# Each request is priced at the price in force at its instant. What could not be read, or has no price, is never counted as
# nothing: the table says what it leaves out.

# %%
with TemporaryDirectory() as folder:
    file = Path(log or f"{folder}/log.csv")
    if not log:
        changed = dict(split_setting(text.strip()) for text in happened.split("; "))
        file.write_text(example_log(cm.Scenario.load(shipped_file(scenario), changed), seed=seed))
    (actual,) = cm.metered(cm.UsageLog((file,), labels=(by,) if by else ()))
actual.table((by, "model") if by else ("model",))

# %% [markdown]
# ## Why the cost moved
#
# The difference is split into what was asked for (more records), who did the work (the mix of models), how large the
# requests were, and what was paid for a token. The parts add up to the difference exactly.

# %%
moved = cm.variance(plan, actual)
moved

# %%
Image(charts.png(charts.variance_bridge(moved)), width=760)

# %% [markdown]
# ## The finding

# %%
print(fill(moved.tables()[0].lead, 110))

# %% [markdown]
# ## What would change it
#
# In a terminal the same is
# `costmodel usage price log.csv --by department --format json --output actual.json`, then
# `costmodel variance scenarios/clinic-budget.yaml actual.json`. With `--fail-over '5 %'` a nightly run ends with exit code 1
# when actual and plan part by more than that. `costmodel usage budget` does not wait for the end of the month: it says how
# the month will end, with an interval.
