package main

import (
	"image/png"
	"os"
	"path/filepath"
	"testing"
)

// TestRun walks through all pages and looks at each picture: it has the size of
// its window and is not one colour.
func TestRun(t *testing.T) {
	folder := t.TempDir()
	if keep := os.Getenv("ROOMKEY_TOUR"); keep != "" {
		folder = keep
	}
	if err := pictures(t.Context(), options{}, folder); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(folder, "*.png"))
	if err != nil || len(files) < 14*4 {
		t.Fatalf("%d pictures, %v", len(files), err)
	}
	for _, file := range files {
		f, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		img, err := png.Decode(f)
		f.Close()
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		colors := map[uint32]bool{}
		for y := img.Bounds().Min.Y; y < img.Bounds().Max.Y; y += 7 {
			for x := img.Bounds().Min.X; x < img.Bounds().Max.X; x += 3 {
				r, g, b, _ := img.At(x, y).RGBA()
				colors[r&0xff00<<8|g&0xff00|b>>8] = true
			}
		}
		if len(colors) < 10 {
			t.Errorf("%s has %d colours", filepath.Base(file), len(colors))
		}
	}
}
