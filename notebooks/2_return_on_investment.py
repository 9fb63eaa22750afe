# %% [markdown]
# # 2. Is it worth it?
#
# **The question.** Nurses read records by hand today. What would it bring if a model wrote a first summary, and a nurse
# reviewed it?
#
# The answer keeps two things apart that brochures add up: *cash* (posts, notice and overtime that really end) and
# *capacity* (hours that become free and that nobody is paid less for).

# %% tags=["parameters"]
scenario = "scenarios/hospital-roi.yaml"
grid_first = "roi.with_ai.time_saved", "5 %", "40 %", 8  # a number of the scenario, from, to, values
grid_second = "roi.adoption.share", "20 %", "100 %", 5
vendor = "scenarios/vendor-roi.yaml"

# %%
from textwrap import fill

from IPython.display import Image

import costmodel as cm
from costmodel.reports import charts
from costmodel.shipped import shipped_file
from costmodel.study import book_for
from costmodel.study.worth import case_of
from costmodel.uncertainty.sensitivity import two_way

work = cm.Scenario.load(shipped_file(scenario))

# %% [markdown]
# ## The finding first

# %%
worth = cm.return_on_investment(work)
worth

# %% [markdown]
# ## What it hangs on
#
# One number at a time goes from its low to its high value; all others stay. The longest bar decides.

# %%
swings = cm.one_way_sensitivity(work)
swings

# %%
Image(charts.png(charts.tornado(swings)), width=760)

# %% [markdown]
# ## Two numbers at once
#
# The line is the break-even: on one side of it the hospital gains, on the other it loses.

# %%
case = case_of(work, [], book_for(work))
map_ = two_way(case, worth.best.name, grid_first, grid_second)
Image(charts.png(charts.two_way_map(map_)), width=760)

# %% [markdown]
# ## A vendor's own example, recomputed
#
# The vendor multiplies minutes by wage. Here the same figures go through the same equations as above.

# %%
quoted = cm.return_on_investment(cm.Scenario.load(shipped_file(vendor)))
print(fill(quoted.finding, 110))

# %% [markdown]
# ## What would change it
#
# The same vendor case with what studies measured in place of what the vendor says: chart review took 18 % less time.

# %%
from costmodel.presets import preset_settings

studied = cm.return_on_investment(cm.Scenario.load(shipped_file(vendor), preset_settings("chart-review-study")))
print(fill(studied.finding, 110))
