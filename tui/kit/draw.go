package kit

// Coloured tells that colours may be drawn at all.
func (s *Styles) Coloured() bool { return s.Good.On != "" }
