"""What routes hand to templates, as plain objects of the promised shapes, hostile texts too."""
