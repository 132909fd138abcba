package tree

import (
	"strconv"
	"sync"
	"time"
	"unicode/utf8"
)

// A Class is an exported Java class: its name and its properties in the order in which Jenkins writes them (those of its
// superclasses first, each alphabetically). X is what an answer knows beside its objects, such as who asks.
type Class[X any] struct {
	Name  string           // empty: objects do not tell it
	Make  func() []Prop[X] // lists the properties when they are first wanted: a program's start pays for none of this
	Props []Prop[X]        // in place of Make

	once sync.Once
}

// List returns the properties.
func (c *Class[X]) List() []Prop[X] {
	if c.Make != nil {
		c.once.Do(func() { c.Props = c.Make() })
	}
	return c.Props
}

// A Prop is one exported property.
type Prop[X any] struct {
	name string
	read func(x X, of any) any
}

// Get declares a property of objects of type T.
func Get[X, T any](name string, read func(x X, of T) any) Prop[X] {
	return Prop[X]{name: name, read: func(x X, of any) any { return read(x, of.(T)) }}
}

// Const declares a property that always has the same value.
func Const[X any](name string, v any) Prop[X] {
	return Prop[X]{name: name, read: func(X, any) any { return v }}
}

// An Object is an object to be written. One without a class exports nothing: {}.
type Object[X any] struct {
	Class *Class[X]
	Of    any
	Plain bool // the declared type says what it is: no _class
}

// List is a list of which only the elements that are asked for are made.
type List[X any] struct {
	Len int
	At  func(i int) Object[X]
}

// Absent is the value of a property that this object does not have: it is not written at all.
type Absent struct{}

// Number is a number as Jenkins writes it (1.0 keeps its fraction).
type Number string

// An Entry is one of a map, which is written in order.
type Entry struct {
	Key   string
	Value any
}

// Map returns a JSON object with its keys and values in turn: Map("status", "ok", "data", data).
func Map(keysAndValues ...any) []Entry {
	m := make([]Entry, 0, len(keysAndValues)/2)
	for i := 0; i+1 < len(keysAndValues); i += 2 {
		m = append(m, Entry{keysAndValues[i].(string), keysAndValues[i+1]})
	}
	return m
}

// Append writes what t asks of a value: an Object, a list of objects or strings, entries, a number, text, a time (in
// milliseconds) or nil. A nil tree asks for everything that is not an object.
func Append[X any](buf []byte, x X, v any, t *Tree) []byte {
	w := writer[X]{x, buf}
	w.value(v, t)
	return w.buf
}

type writer[X any] struct {
	x   X
	buf []byte
}

func (w *writer[X]) object(o Object[X], t *Tree) {
	w.buf = append(w.buf, '{')
	if o.Class == nil {
		w.buf = append(w.buf, '}')
		return
	}
	first := true
	key := func(name string) {
		if !first {
			w.buf = append(w.buf, ',')
		}
		first = false
		w.buf = append(appendString(w.buf, name), ':')
	}
	if o.Class.Name != "" && !o.Plain {
		key("_class")
		w.buf = appendString(w.buf, o.Class.Name)
	}
	props := o.Class.List()
	for i := range props {
		p := &props[i]
		next := t.below(p.name)
		if next == nil {
			continue
		}
		v := p.read(w.x, o.Of)
		if _, none := v.(Absent); none {
			continue
		}
		key(p.name)
		w.value(v, next)
	}
	w.buf = append(w.buf, '}')
}

func (w *writer[X]) value(v any, t *Tree) {
	switch v := v.(type) {
	case nil:
		w.buf = append(w.buf, "null"...)
	case string:
		w.buf = appendString(w.buf, v)
	case bool:
		w.buf = strconv.AppendBool(w.buf, v)
	case int:
		w.buf = strconv.AppendInt(w.buf, int64(v), 10)
	case int64:
		w.buf = strconv.AppendInt(w.buf, v, 10)
	case Number:
		w.buf = append(w.buf, v...)
	case time.Time:
		w.buf = strconv.AppendInt(w.buf, v.UnixMilli(), 10)
	case time.Duration:
		w.buf = strconv.AppendInt(w.buf, v.Milliseconds(), 10)
	case Object[X]:
		w.object(v, t)
	case List[X]:
		from, to := t.cut(v.Len)
		w.list(to-from, func(i int) { w.object(v.At(from+i), t) })
	case []Object[X]:
		from, to := t.cut(len(v))
		w.list(to-from, func(i int) { w.object(v[from+i], t) })
	case []string:
		from, to := t.cut(len(v))
		w.list(to-from, func(i int) { w.buf = appendString(w.buf, v[from+i]) })
	case []any:
		w.list(len(v), func(i int) { w.value(v[i], t) })
	case []Entry:
		w.buf = append(w.buf, '{')
		for i, e := range v {
			if i > 0 {
				w.buf = append(w.buf, ',')
			}
			w.buf = append(appendString(w.buf, e.Key), ':')
			w.value(e.Value, t)
		}
		w.buf = append(w.buf, '}')
	default:
		panic("tree: a property has a value of an unknown type")
	}
}

func (w *writer[X]) list(n int, element func(i int)) {
	w.buf = append(w.buf, '[')
	for i := range n {
		if i > 0 {
			w.buf = append(w.buf, ',')
		}
		element(i)
	}
	w.buf = append(w.buf, ']')
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
