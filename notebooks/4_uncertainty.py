# %% [markdown]
# # 4. How sure are we, and what should we measure first?
#
# **The question.** The return on investment rests on numbers that nobody has measured in this hospital. How likely is a
# loss, and which number would be worth measuring before a contract is signed?

# %% tags=["parameters"]
scenario = "scenarios/hospital-roi.yaml"

# %%
from textwrap import fill

from IPython.display import Image

import costmodel as cm
from costmodel.reports import charts
from costmodel.shipped import shipped_file

work = cm.Scenario.load(shipped_file(scenario))

# %% [markdown]
# ## All uncertain numbers at once
#
# Each draw takes a value of every uncertain number and computes the whole scenario with it. The seed stands in the
# scenario, so the same figures come out every time.

# %%
simulated = cm.probabilistic_sensitivity(work)
print(fill(simulated.in_words, 110))

# %%
simulated

# %%
Image(charts.png(charts.net_present_value(simulated)), width=760)

# %% [markdown]
# ## Which option is best, by what a freed hour is worth
#
# Some say that a freed hour is worth its wage, some that it is worth nothing. The chart shows how likely each option is
# to be the best for every value between. *Do nothing* is one of them.

# %%
Image(charts.png(charts.acceptability(simulated)), width=760)

# %% [markdown]
# ## What to measure first
#
# The table *what to measure first* above gives, for each number, how much a decision would gain on average if
# it were known exactly. A pilot study that costs less than that is money well spent; one that costs more is not.
