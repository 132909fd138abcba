package query

import (
	"slices"
	"testing"
)

func TestUnaccentedLettersTellWhereTheyComeFrom(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"shop/main": "shop/main", "Über-café": "Uber-cafe", "Straße": "Strasse", "Łódź": "Lodz", "smørrebrød": "smorrebrod",
		"u\u0308ber": "uber", "Ελλάδα": "Ελλαδα", "ビルド": "ヒルト", "테스트": "테스트", "naïve 日本": "naive 日本", "İzmir": "Izmir",
	} {
		bare, at := Unaccented(in)
		if bare != want {
			t.Errorf("%q is %q, want %q", in, bare, want)
		}
		if at != nil && len(at) != len(bare) || at == nil && bare != in {
			t.Errorf("%q: %d places for %d bytes", in, len(at), len(bare))
		}
		if !slices.IsSorted(at) {
			t.Errorf("%q: the places go back: %v", in, at)
		}
	}
}
