package main

import (
	"reflect"
	"time"
	"unsafe"

	tea "charm.land/bubbletea/v2"
)

const (
	quickFrame = time.Second / 120 // while somebody types: Bubble Tea's own upper limit
	calmFrame  = 250 * time.Millisecond
	calmAfter  = 3 * time.Second
)

// frameRate lets the screen's clock run quickly while somebody types and calmly while nobody does. Bubble Tea looks for
// a new frame at a fixed rate for as long as it runs; at 120 a second, which the first frame and the keys want, that
// alone costs more than everything else that a program does which is only watched (measured: 0.6 of 1.1 s of CPU a
// minute).
type frameRate struct {
	program *tea.Program
	calmed  func() // what else is to be done when nobody types any more
	acted   time.Time
	calm    bool
}

// filter is a tea.WithFilter: it sees every message, in the goroutine that started the clock, and changes none.
func (f *frameRate) filter(_ tea.Model, msg tea.Msg) tea.Msg {
	now := time.Now()
	switch msg.(type) {
	case tea.KeyMsg, tea.MouseMsg, tea.PasteMsg, tea.WindowSizeMsg, tea.FocusMsg, tea.ResumeMsg:
		f.acted = now
		f.set(false)
	default:
		if f.acted.IsZero() {
			f.acted = now
		}
		if now.Sub(f.acted) > calmAfter {
			f.set(true)
		}
	}
	return msg
}

func (f *frameRate) set(calm bool) {
	if f.calm == calm {
		return
	}
	f.calm = calm
	if calm {
		f.calmed()
	}
	if clock := clockOf(f.program); clock != nil && calm {
		clock.Reset(calmFrame)
	} else if clock != nil {
		clock.Reset(quickFrame)
	}
}

// clockOf is the clock of a running program, which Bubble Tea has no way to change. A version that keeps it elsewhere
// has none here, and then runs at its fixed rate; a test says so.
func clockOf(p *tea.Program) *time.Ticker {
	field := reflect.ValueOf(p).Elem().FieldByName("ticker")
	if !field.IsValid() || field.Type() != reflect.TypeFor[*time.Ticker]() || field.IsNil() {
		return nil
	}
	return (*time.Ticker)(unsafe.Pointer(field.Pointer()))
}
