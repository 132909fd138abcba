package jenkinstest

import (
	"strconv"
	"sync"
	"time"
	"unicode/utf8"
)

// A class is an exported Java class: its name and its properties in the order in which Jenkins writes them (those of
// its superclasses first, each alphabetically).
type class struct {
	name  string
	make  func() []prop // lists the properties when they are first wanted: a program's start pays for none of this
	once  sync.Once
	props []prop
}

func (c *class) list() []prop {
	if c.make != nil {
		c.once.Do(func() { c.props = c.make() })
	}
	return c.props
}

// A prop is one exported property.
type prop struct {
	name string
	read func(x *exporter, o any) any
}

// absent is the value of a property that this object does not have: it is not written at all.
type absent struct{}

// number is a number as Jenkins writes it (1.0 keeps its fraction).
type number string

// pair is an entry of a map, which is written in order.
type pair struct {
	key   string
	value any
}

// bean is an object to be written. A nil class is an object that exports nothing: {}.
type bean struct {
	class *class
	o     any
	plain bool // the declared type says what it is: no _class
}

// get declares a property of objects of type T.
func get[T any](name string, read func(x *exporter, o T) any) prop {
	return prop{name: name, read: func(x *exporter, o any) any { return read(x, o.(T)) }}
}

// k declares a property that always has the same value.
func k(name string, v any) prop {
	return prop{name: name, read: func(*exporter, any) any { return v }}
}

// join puts the properties of a class behind those of its superclasses.
func join(lists ...[]prop) []prop {
	var all []prop
	for _, l := range lists {
		all = append(all, l...)
	}
	return all
}

// exporter writes one answer: the model as it is at now.
type exporter struct {
	c    *Controller
	user *User
	now  time.Time
	buf  []byte
	// asked is the job that the request named and spelled how it named it: its URLs repeat that spelling.
	asked   *Job
	spelled string
}

func (x *exporter) bean(b bean, t *tree) {
	x.buf = append(x.buf, '{')
	if b.class == nil {
		x.buf = append(x.buf, '}')
		return
	}
	first := true
	key := func(name string) {
		if !first {
			x.buf = append(x.buf, ',')
		}
		first = false
		x.buf = append(appendString(x.buf, name), ':')
	}
	if b.class.name != "" && !b.plain {
		key("_class")
		x.buf = appendString(x.buf, b.class.name)
	}
	props := b.class.list()
	for i := range props {
		q := &props[i]
		next := t.below(q.name)
		if next == nil {
			continue
		}
		v := q.read(x, b.o)
		if _, none := v.(absent); none {
			continue
		}
		key(q.name)
		x.value(v, next)
	}
	x.buf = append(x.buf, '}')
}

func (x *exporter) value(v any, t *tree) {
	switch v := v.(type) {
	case nil:
		x.buf = append(x.buf, "null"...)
	case string:
		x.buf = appendString(x.buf, v)
	case bool:
		x.buf = strconv.AppendBool(x.buf, v)
	case int:
		x.buf = strconv.AppendInt(x.buf, int64(v), 10)
	case int64:
		x.buf = strconv.AppendInt(x.buf, v, 10)
	case number:
		x.buf = append(x.buf, v...)
	case time.Time:
		x.buf = strconv.AppendInt(x.buf, v.UnixMilli(), 10)
	case time.Duration:
		x.buf = strconv.AppendInt(x.buf, v.Milliseconds(), 10)
	case bean:
		x.bean(v, t)
	case []bean:
		from, to := t.cut(len(v))
		x.list(to-from, func(i int) { x.bean(v[from+i], t) })
	case []string:
		from, to := t.cut(len(v))
		x.list(to-from, func(i int) { x.buf = appendString(x.buf, v[from+i]) })
	case []any:
		x.list(len(v), func(i int) { x.value(v[i], t) })
	case []*Build: // written one by one, so that a range over many builds costs what it names
		from, to := t.cut(len(v))
		x.list(to-from, func(i int) { x.bean(v[len(v)-1-from-i].bean(), t) })
	case []*Job:
		from, to := t.cut(len(v))
		x.list(to-from, func(i int) { x.bean(v[from+i].bean(), t) })
	case []pair:
		x.buf = append(x.buf, '{')
		for i, e := range v {
			if i > 0 {
				x.buf = append(x.buf, ',')
			}
			x.buf = append(appendString(x.buf, e.key), ':')
			x.value(e.value, t)
		}
		x.buf = append(x.buf, '}')
	default:
		panic("jenkinstest: a property has a value of an unknown type")
	}
}

func (x *exporter) list(n int, element func(i int)) {
	x.buf = append(x.buf, '[')
	for i := range n {
		if i > 0 {
			x.buf = append(x.buf, ',')
		}
		element(i)
	}
	x.buf = append(x.buf, ']')
}

// appendString writes a JSON string as Stapler does: control characters as \u000a, everything else as it is.
func appendString(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	clean := 0 // from here on nothing needs a change
	for i := 0; i < len(s); {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' && c < utf8.RuneSelf {
			i++
			continue
		}
		n := 1
		if c >= utf8.RuneSelf {
			var r rune
			if r, n = utf8.DecodeRuneInString(s[i:]); r != utf8.RuneError || n > 1 {
				i += n
				continue
			}
		}
		b = append(b, s[clean:i]...)
		switch {
		case c >= utf8.RuneSelf:
			b = utf8.AppendRune(b, utf8.RuneError)
		case c < ' ':
			b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		default:
			b = append(b, '\\', c)
		}
		i += n
		clean = i
	}
	return append(append(b, s[clean:]...), '"')
}
