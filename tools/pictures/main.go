// Pictures draws the frames that the terminal UI's tests write, as PNG, and frames with a number (watch-1, watch-2, ...)
// as one GIF. From the root of the repository:
//
//	.ci/pictures
package main

import (
	"cmp"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/gif"
	"image/png"
	"log"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/vt"
	"github.com/go-fonts/dejavu/dejavusansmono"
	"github.com/go-fonts/dejavu/dejavusansmonobold"
	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

// A cell is cellW by cellH pixels; its text stands on the line base pixels below its top.
const (
	fontSize = 15
	cellW    = 9
	cellH    = 18
	base     = 14
	margin   = 12
	delay    = 180 // of one frame of a GIF, in hundredths of a second
)

var (
	background = color.RGBA{0x16, 0x16, 0x18, 0xff}
	foreground = color.RGBA{0xd4, 0xd4, 0xd4, 0xff}
)

func main() {
	log.SetFlags(0)
	if len(os.Args) != 3 {
		log.Fatal("usage: pictures FRAMES OUT: draw FRAMES/*.ansi into OUT")
	}
	if err := drawAll(os.Args[1], os.Args[2]); err != nil {
		log.Fatal(err)
	}
}

var numbered = regexp.MustCompile(`^(.*)-(\d+)$`)

// drawAll draws every frame of the folder frames into the folder out.
func drawAll(frames, out string) error {
	paths, err := filepath.Glob(filepath.Join(frames, "*.ansi"))
	if err != nil || len(paths) == 0 {
		return fmt.Errorf("no frames in %s (%v)", frames, err)
	}
	fonts, err := loadFonts()
	if err != nil {
		return err
	}
	stories := map[string][]string{}
	for _, path := range paths {
		name := strings.TrimSuffix(filepath.Base(path), ".ansi")
		if m := numbered.FindStringSubmatch(name); m != nil {
			stories[m[1]] = append(stories[m[1]], path)
			continue
		}
		img, err := fonts.draw(path)
		if err != nil {
			return err
		}
		if err := write(filepath.Join(out, name+".png"), func(f *os.File) error {
			return (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(f, img)
		}); err != nil {
			return err
		}
	}
	for name, paths := range stories {
		slices.SortFunc(paths, func(a, b string) int { return cmp.Compare(frameNumber(a), frameNumber(b)) })
		story := &gif.GIF{}
		for _, path := range paths {
			img, err := fonts.draw(path)
			if err != nil {
				return err
			}
			story.Image, story.Delay = append(story.Image, img), append(story.Delay, delay)
		}
		story.Delay[len(story.Delay)-1] = 2 * delay
		if err := write(filepath.Join(out, name+".gif"), func(f *os.File) error { return gif.EncodeAll(f, story) }); err != nil {
			return err
		}
	}
	return nil
}

func frameNumber(path string) int {
	n, _ := strconv.Atoi(numbered.FindStringSubmatch(strings.TrimSuffix(filepath.Base(path), ".ansi"))[2])
	return n
}

func write(path string, encode func(*os.File) error) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := encode(f); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}

type fonts struct{ regular, bold font.Face }

func loadFonts() (*fonts, error) {
	var faces [2]font.Face
	for i, ttf := range [][]byte{dejavusansmono.TTF, dejavusansmonobold.TTF} {
		f, err := opentype.Parse(ttf)
		if err != nil {
			return nil, err
		}
		if faces[i], err = opentype.NewFace(f, &opentype.FaceOptions{Size: fontSize, DPI: 72, Hinting: font.HintingFull}); err != nil {
			return nil, err
		}
	}
	return &fonts{faces[0], faces[1]}, nil
}

// draw draws the frame in the file at path. The picture has at most 256 colours.
func (f *fonts) draw(path string) (*image.Paletted, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	lines := strings.Split(strings.TrimSuffix(string(b), "\n"), "\n")
	w := 0
	for _, line := range lines {
		w = max(w, ansi.StringWidth(line))
	}
	h := len(lines)
	screen := vt.NewEmulator(w, h)
	if _, err := screen.WriteString(strings.Join(lines, "\r\n")); err != nil {
		return nil, err
	}
	img := image.NewRGBA(image.Rect(0, 0, w*cellW+2*margin, h*cellH+2*margin))
	draw.Draw(img, img.Bounds(), image.NewUniform(background), image.Point{}, draw.Src)
	for y := range h {
		for x := 0; x < w; {
			cell := screen.CellAt(x, y)
			if cell == nil {
				x++
				continue
			}
			f.cell(img, cell, margin+x*cellW, margin+y*cellH)
			x += max(1, cell.Width)
		}
	}
	return reduce(img), nil
}

// cell draws a cell whose upper left corner is at x, y.
func (f *fonts) cell(img *image.RGBA, cell *uv.Cell, x, y int) {
	fg, bg := color.Color(foreground), color.Color(background)
	if cell.Style.Fg != nil {
		fg = cell.Style.Fg
	}
	if cell.Style.Bg != nil {
		bg = cell.Style.Bg
	}
	if cell.Style.Attrs&uv.AttrReverse != 0 {
		fg, bg = bg, fg
	}
	if cell.Style.Attrs&uv.AttrFaint != 0 {
		fg = mix(fg, bg, 0x90)
	}
	box := image.Rect(x, y, x+cellW*max(1, cell.Width), y+cellH)
	draw.Draw(img, box, image.NewUniform(bg), image.Point{}, draw.Src)
	face := f.regular
	if cell.Style.Attrs&uv.AttrBold != 0 {
		face = f.bold
	}
	d := font.Drawer{Dst: img, Src: image.NewUniform(fg), Face: face, Dot: fixed.P(x, y+base)}
	d.DrawString(cell.Content)
	if cell.Style.Underline != uv.UnderlineNone {
		draw.Draw(img, image.Rect(x, y+base+2, box.Max.X, y+base+3), image.NewUniform(fg), image.Point{}, draw.Src)
	}
}

// mix returns a with a share of b: share of 255.
func mix(a, b color.Color, share uint32) color.RGBA {
	ar, ag, ab, _ := a.RGBA()
	br, bg, bb, _ := b.RGBA()
	one := func(x, y uint32) uint8 { return uint8((x*share + y*(255-share)) / 255 >> 8) }
	return color.RGBA{one(ar, br), one(ag, bg), one(ab, bb), 0xff}
}

// reduce returns img in at most 256 colours: the most frequent ones, each other pixel in the nearest of them.
func reduce(img *image.RGBA) *image.Paletted {
	count := map[color.RGBA]int{}
	for i := 0; i < len(img.Pix); i += 4 {
		count[coarse(img.Pix[i:])]++
	}
	var palette color.Palette
	for _, c := range slices.SortedFunc(maps.Keys(count), func(a, b color.RGBA) int {
		return cmp.Or(count[b]-count[a], int(a.R)-int(b.R), int(a.G)-int(b.G), int(a.B)-int(b.B))
	}) {
		if len(palette) < 256 {
			palette = append(palette, c)
		}
	}
	out := image.NewPaletted(img.Bounds(), palette)
	index := map[color.RGBA]uint8{}
	for i := 0; i < len(img.Pix); i += 4 {
		c := coarse(img.Pix[i:])
		n, ok := index[c]
		if !ok {
			n = uint8(palette.Index(c))
			index[c] = n
		}
		out.Pix[i/4] = n
	}
	return out
}

// coarse is a pixel's colour with 5 bits a channel, so that the edges of letters share their colours.
func coarse(p []uint8) color.RGBA {
	one := func(v uint8) uint8 { return v&^7 | v>>5 }
	return color.RGBA{one(p[0]), one(p[1]), one(p[2]), 0xff}
}
