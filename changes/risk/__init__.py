"""How risky a change is, why, and what that asks for. Decides nothing and touches no device."""

from changes.risk.assessment import assess
from changes.risk.model import Reason, Risk

__all__ = ["Reason", "Risk", "assess"]
