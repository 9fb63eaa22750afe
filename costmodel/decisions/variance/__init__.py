"""Why a cost moved."""
