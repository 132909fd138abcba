package textview

import (
	"strconv"
	"strings"
)

// Sgr is the colour and weight in which a console's text is drawn at some point. The zero value is the terminal's own.
// It is kept beside every line, because a colour may begin in one line and end in another, and a line must draw right
// wherever the part of the log that we hold begins.
type Sgr struct {
	fg, bg hue
	attr   attr
}

// hue is a colour: the kind in the top byte, the index or the RGB value below it. Zero is the terminal's own.
type hue uint32

const (
	hue16  hue = 1 << 24
	hue256 hue = 2 << 24
	hueRGB hue = 3 << 24
)

type attr uint8

const (
	bold attr = 1 << iota
	faint
	italic
	underline
	reverse
	strike
)

var attrCodes = [...]struct {
	attr attr
	code int
}{{bold, 1}, {faint, 2}, {italic, 3}, {underline, 4}, {reverse, 7}, {strike, 9}}

// apply returns the state after the parameters of one `ESC [ ... m`. What it does not know it leaves alone.
func (s Sgr) apply(params string) Sgr {
	if params == "" {
		return Sgr{}
	}
	for params != "" {
		var field string
		field, params, _ = strings.Cut(params, ";")
		if head, sub, ok := strings.Cut(field, ":"); ok { // 38:5:n, 38:2::r:g:b, 4:3
			s = s.colon(head, strings.Split(sub, ":"))
			continue
		}
		n, err := strconv.Atoi(field)
		if field == "" {
			n, err = 0, nil
		}
		switch {
		case err != nil:
		case n == 38 || n == 48:
			var h hue
			if h, params = hueOf(params); h != 0 {
				s = s.with(n, h)
			}
		default:
			s = s.code(n)
		}
	}
	return s
}

func (s Sgr) with(code int, h hue) Sgr {
	if code == 38 {
		s.fg = h
	} else {
		s.bg = h
	}
	return s
}

func (s Sgr) code(n int) Sgr {
	switch {
	case n == 0:
		return Sgr{}
	case n == 22:
		s.attr &^= bold | faint
	case n == 23:
		s.attr &^= italic
	case n == 24:
		s.attr &^= underline
	case n == 27:
		s.attr &^= reverse
	case n == 29:
		s.attr &^= strike
	case n >= 30 && n <= 37:
		s.fg = hue16 | hue(n-30)
	case n == 39:
		s.fg = 0
	case n >= 40 && n <= 47:
		s.bg = hue16 | hue(n-40)
	case n == 49:
		s.bg = 0
	case n >= 90 && n <= 97:
		s.fg = hue16 | hue(n-90+8)
	case n >= 100 && n <= 107:
		s.bg = hue16 | hue(n-100+8)
	default:
		for _, a := range attrCodes {
			if a.code == n {
				s.attr |= a.attr
			}
		}
	}
	return s
}

func (s Sgr) colon(head string, sub []string) Sgr {
	switch head {
	case "4":
		if sub[0] == "0" {
			return s.code(24)
		}
		return s.code(4)
	case "38", "48":
		if sub[0] == "2" && len(sub) == 5 { // the colour space between 2 and r may be left out
			sub = append([]string{"2"}, sub[2:]...)
		}
		code, _ := strconv.Atoi(head)
		if h, _ := hueOf(strings.Join(sub, ";")); h != 0 {
			return s.with(code, h)
		}
	}
	return s
}

// hueOf reads "5;n" or "2;r;g;b" and returns what follows it. A colour it cannot read is 0.
func hueOf(params string) (h hue, rest string) {
	kind, rest, _ := strings.Cut(params, ";")
	want := map[string]int{"5": 1, "2": 3}[kind]
	var v hue
	for range want {
		var field string
		field, rest, _ = strings.Cut(rest, ";")
		n, err := strconv.ParseUint(field, 10, 8)
		if err != nil {
			return 0, rest
		}
		v = v<<8 | hue(n)
	}
	switch want {
	case 1:
		return hue256 | v, rest
	case 3:
		return hueRGB | v, rest
	}
	return 0, rest
}

// appendTo appends the sequence that brings a terminal from any state into this one.
func (s Sgr) appendTo(b []byte) []byte {
	b = append(b, "\x1b[0"...)
	for _, a := range attrCodes {
		if s.attr&a.attr != 0 {
			b = append(b, ';')
			b = strconv.AppendInt(b, int64(a.code), 10)
		}
	}
	b = s.fg.appendTo(b, 30)
	b = s.bg.appendTo(b, 40)
	return append(b, 'm')
}

func (h hue) appendTo(b []byte, base int64) []byte {
	v := int64(h & 0xffffff)
	switch h &^ 0xffffff {
	case hue16:
		if v >= 8 {
			v += 60 - 8
		}
		b = append(b, ';')
		return strconv.AppendInt(b, base+v, 10)
	case hue256:
		b = append(b, ';')
		b = strconv.AppendInt(b, base+8, 10)
		b = append(b, ";5;"...)
		return strconv.AppendInt(b, v, 10)
	case hueRGB:
		b = append(b, ';')
		b = strconv.AppendInt(b, base+8, 10)
		b = append(b, ";2"...)
		for _, shift := range [...]uint{16, 8, 0} {
			b = append(b, ';')
			b = strconv.AppendInt(b, v>>shift&0xff, 10)
		}
	}
	return b
}
