package main

import (
	"io"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
)

// clocked asks for its program's clock as soon as it runs, and leaves.
type clocked struct {
	rate  *frameRate
	found *bool
}

func (c clocked) Init() tea.Cmd { return tea.Quit }

func (c clocked) Update(tea.Msg) (tea.Model, tea.Cmd) {
	*c.found = clockOf(c.rate.program) != nil
	return c, nil
}

func (c clocked) View() tea.View { return tea.NewView("") }

func TestBubbleTeaStillHasItsClockWhereWeLookForIt(t *testing.T) {
	t.Parallel()
	rate := frameRate{calmed: func() {}}
	found := false
	rate.program = tea.NewProgram(clocked{&rate, &found}, tea.WithInput(nil), tea.WithOutput(io.Discard),
		tea.WithFilter(rate.filter))
	if _, err := rate.program.Run(); err != nil {
		t.Fatal(err)
	}
	if !found {
		t.Error("Bubble Tea keeps its clock elsewhere: the screen draws 120 frames a second all the time")
	}
}

func TestTheScreenIsQuickWhileSomebodyTypesAndCalmWhileNobodyDoes(t *testing.T) {
	t.Parallel()
	calmed := 0
	rate := frameRate{program: tea.NewProgram(clocked{}), calmed: func() { calmed++ }}
	rate.filter(nil, nil)
	if rate.calm {
		t.Error("it is calm at the start, when the first frame is wanted")
	}
	rate.acted = time.Now().Add(-calmAfter - time.Second)
	for range 3 {
		rate.filter(nil, nil)
	}
	if !rate.calm || calmed != 1 {
		t.Error("it is not calm although nobody types")
	}
	if rate.filter(nil, tea.KeyPressMsg{}); rate.calm {
		t.Error("it is calm although somebody types")
	}
}
