// Package uitest looks at the window as a person does. It brings Fyne's test driver
// along, so that nothing that is shipped may import it.
package uitest

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
)

// Each visits what can be seen.
func Each(o fyne.CanvasObject, visit func(fyne.CanvasObject)) {
	if o == nil || !o.Visible() {
		return
	}
	visit(o)
	switch v := o.(type) {
	case *fyne.Container:
		for _, child := range v.Objects {
			Each(child, visit)
		}
	case fyne.Widget:
		for _, child := range test.WidgetRenderer(v).Objects() {
			Each(child, visit)
		}
	}
}

// Find gives the last object of a type that can be seen and fits.
func Find[T fyne.CanvasObject](in fyne.CanvasObject, fits func(T) bool) (found T, ok bool) {
	Each(in, func(o fyne.CanvasObject) {
		if v, is := o.(T); is && fits(v) {
			found, ok = v, true
		}
	})
	return found, ok
}
