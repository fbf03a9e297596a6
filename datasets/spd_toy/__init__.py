"""Time slices of the toy of the Spin Physics Detector."""
