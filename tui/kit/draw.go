package kit

// Coloured reports whether colours may be drawn at all.
func (s *Styles) Coloured() bool { return s.Good.On != "" }
