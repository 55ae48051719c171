"""How risky a change is, why, and what that asks for."""
