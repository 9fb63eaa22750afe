# %% [markdown]
# # 3. Is the vendor telling the truth?
#
# **The question.** Two public articles of a vendor quote some sixty figures: savings, costs, returns, latencies. Which of
# them can be reproduced?
#
# Each claim stands in a YAML file with its source and the scenario that computes it. A contradicted claim is tried under
# a declared list of other assumptions, to find the smallest change that would make it true.

# %% tags=["parameters"]
claims = "scenarios/claims/vendor.yaml"
move = "scenarios/vendor-migration.yaml"

# %%
from textwrap import fill

from IPython.display import Image

import costmodel as cm
from costmodel.reports import charts
from costmodel.shipped import shipped_file

# %%
audit = cm.audit(shipped_file(claims))
print(fill(audit.finding, 110))

# %%
audit

# %% [markdown]
# ## The largest claim: a monthly bill that falls from 4,200 to 680 USD
#
# The article describes the move: requests go over in steps of a few minutes. Here is that move at the prices that the
# vendor itself lists.

# %%
moved = cm.migrate(cm.Scenario.load(shipped_file(move)))
moved

# %%
Image(charts.png(charts.migration_ramp(moved)), width=760)

# %% [markdown]
# ## What would change it
#
# The table of claims names, for each contradicted figure, the assumption under which it would be true. Where it says
# that none does, no assumption of the list reaches the figure, alone or in pairs.
