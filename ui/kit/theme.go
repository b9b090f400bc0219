// Package kit holds the widgets of the window. They know nothing of Roomkey's
// core but its text, its problems and its secrets, make no calls, and touch
// themselves on the UI thread only.
package kit

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// Colours beyond Fyne's own.
const (
	// ColorPanel is the navigation's ground, ColorCard a card's, ColorLine the
	// hairlines, ColorMuted the text that helps, ColorRow a table's marked row.
	ColorPanel fyne.ThemeColorName = "roomkey.panel"
	ColorCard  fyne.ThemeColorName = "roomkey.card"
	ColorLine  fyne.ThemeColorName = "roomkey.line"
	ColorMuted fyne.ThemeColorName = "roomkey.muted"
	ColorRow   fyne.ThemeColorName = "roomkey.row"
	// The tints are grounds for badges and cards of each kind.
	ColorGoodTint fyne.ThemeColorName = "roomkey.good-tint"
	ColorWarnTint fyne.ThemeColorName = "roomkey.warn-tint"
	ColorBadTint  fyne.ThemeColorName = "roomkey.bad-tint"
	ColorInfoTint fyne.ThemeColorName = "roomkey.info-tint"
	// The code colours are for highlighted scripts.
	ColorCodeComment fyne.ThemeColorName = "roomkey.code-comment"
	ColorCodeString  fyne.ThemeColorName = "roomkey.code-string"
	ColorCodeKeyword fyne.ThemeColorName = "roomkey.code-keyword"
	ColorCodeName    fyne.ThemeColorName = "roomkey.code-name"
)

type palette map[fyne.ThemeColorName]color.NRGBA

func rgb(hex uint32) color.NRGBA {
	return color.NRGBA{R: uint8(hex >> 16), G: uint8(hex >> 8), B: uint8(hex), A: 0xff}
}

func see(hex uint32, alpha uint8) color.NRGBA {
	c := rgb(hex)
	c.A = alpha
	return c
}

// The text colours keep a contrast of at least 4.5 to 1 on their grounds
// (WCAG 2.2, 1.4.3); a test measures it.
var light = palette{
	theme.ColorNameBackground:          rgb(0xF7F8FA),
	theme.ColorNameForeground:          rgb(0x1B2530),
	theme.ColorNameDisabled:            rgb(0x5D6975),
	theme.ColorNamePlaceHolder:         rgb(0x69747F),
	theme.ColorNamePrimary:             rgb(0x1F5AA6),
	theme.ColorNameForegroundOnPrimary: rgb(0xFFFFFF),
	theme.ColorNameHyperlink:           rgb(0x1F5AA6),
	theme.ColorNameFocus:               see(0x0B1A2E, 0x58),
	theme.ColorNameSelection:           see(0x1F5AA6, 0x30),
	theme.ColorNameHover:               see(0x1B2530, 0x0F),
	theme.ColorNamePressed:             see(0x1B2530, 0x1E),
	theme.ColorNameButton:              rgb(0xE4E8ED),
	theme.ColorNameDisabledButton:      rgb(0xECEFF2),
	theme.ColorNameInputBackground:     rgb(0xFFFFFF),
	theme.ColorNameInputBorder:         rgb(0x7C8894),
	theme.ColorNameSeparator:           rgb(0xDDE2E8),
	theme.ColorNameScrollBar:           see(0x1B2530, 0x60),
	theme.ColorNameShadow:              see(0x000000, 0x28),
	theme.ColorNameMenuBackground:      rgb(0xFFFFFF),
	theme.ColorNameOverlayBackground:   rgb(0xFFFFFF),
	theme.ColorNameHeaderBackground:    rgb(0xEEF1F4),
	theme.ColorNameSuccess:             rgb(0x18743F),
	theme.ColorNameWarning:             rgb(0x8A5A00),
	theme.ColorNameError:               rgb(0xB3261E),
	ColorPanel:                         rgb(0xECEFF3),
	ColorCard:                          rgb(0xFFFFFF),
	ColorLine:                          rgb(0xDCE1E7),
	ColorMuted:                         rgb(0x55616D),
	ColorRow:                           rgb(0xE8F0FA),
	ColorGoodTint:                      rgb(0xE3F3E9),
	ColorWarnTint:                      rgb(0xFBF0DA),
	ColorBadTint:                       rgb(0xFBE9E7),
	ColorInfoTint:                      rgb(0xE6EFF9),
	ColorCodeComment:                   rgb(0x55616D),
	ColorCodeString:                    rgb(0x18743F),
	ColorCodeKeyword:                   rgb(0x8B2C8B),
	ColorCodeName:                      rgb(0x1F5AA6),
}

var dark = palette{
	theme.ColorNameBackground:          rgb(0x15191E),
	theme.ColorNameForeground:          rgb(0xE4E9EF),
	theme.ColorNameDisabled:            rgb(0x93A0AC),
	theme.ColorNamePlaceHolder:         rgb(0x8895A2),
	theme.ColorNamePrimary:             rgb(0x7FB2F0),
	theme.ColorNameForegroundOnPrimary: rgb(0x0C1420),
	theme.ColorNameHyperlink:           rgb(0x7FB2F0),
	theme.ColorNameFocus:               see(0xFFFFFF, 0x40),
	theme.ColorNameSelection:           see(0x7FB2F0, 0x40),
	theme.ColorNameHover:               see(0xE4E9EF, 0x12),
	theme.ColorNamePressed:             see(0xE4E9EF, 0x22),
	theme.ColorNameButton:              rgb(0x2C343D),
	theme.ColorNameDisabledButton:      rgb(0x242B33),
	theme.ColorNameInputBackground:     rgb(0x10141A),
	theme.ColorNameInputBorder:         rgb(0x6B7885),
	theme.ColorNameSeparator:           rgb(0x303943),
	theme.ColorNameScrollBar:           see(0xE4E9EF, 0x60),
	theme.ColorNameShadow:              see(0x000000, 0x66),
	theme.ColorNameMenuBackground:      rgb(0x222931),
	theme.ColorNameOverlayBackground:   rgb(0x1D232A),
	theme.ColorNameHeaderBackground:    rgb(0x1B2128),
	theme.ColorNameSuccess:             rgb(0x67CB93),
	theme.ColorNameWarning:             rgb(0xE8BA62),
	theme.ColorNameError:               rgb(0xF59389),
	ColorPanel:                         rgb(0x1A1F26),
	ColorCard:                          rgb(0x1D232A),
	ColorLine:                          rgb(0x303943),
	ColorMuted:                         rgb(0xA0ACB8),
	ColorRow:                           rgb(0x22344A),
	ColorGoodTint:                      rgb(0x1A3226),
	ColorWarnTint:                      rgb(0x382D17),
	ColorBadTint:                       rgb(0x3C2322),
	ColorInfoTint:                      rgb(0x1E2E41),
	ColorCodeComment:                   rgb(0xA0ACB8),
	ColorCodeString:                    rgb(0x8CD3A8),
	ColorCodeKeyword:                   rgb(0xD7A3E0),
	ColorCodeName:                      rgb(0x7FB2F0),
}

// Theme is the look of Roomkey, light and dark.
type Theme struct{ forced *fyne.ThemeVariant }

// NewTheme follows the system's choice of light or dark.
func NewTheme() fyne.Theme { return Theme{} }

// ForcedTheme is always light or always dark: for pictures, and for people who
// want it so.
func ForcedTheme(v fyne.ThemeVariant) fyne.Theme { return Theme{forced: &v} }

// Color answers Roomkey's colours and leaves the rest to Fyne.
func (t Theme) Color(name fyne.ThemeColorName, v fyne.ThemeVariant) color.Color {
	if t.forced != nil {
		v = *t.forced
	}
	colors := light
	if v == theme.VariantDark {
		colors = dark
	}
	if c, ok := colors[name]; ok {
		return c
	}
	return theme.DefaultTheme().Color(name, v)
}

// Font is Fyne's.
func (Theme) Font(style fyne.TextStyle) fyne.Resource { return theme.DefaultTheme().Font(style) }

// Icon is Fyne's.
func (Theme) Icon(name fyne.ThemeIconName) fyne.Resource { return theme.DefaultTheme().Icon(name) }

// SizeCode is for a code that is read on one screen and typed on another.
const SizeCode fyne.ThemeSizeName = "roomkeyCode"

// Size differs from Fyne's where forms and cards want it.
func (Theme) Size(name fyne.ThemeSizeName) float32 {
	switch name {
	case theme.SizeNameText:
		return 14
	case theme.SizeNameCaptionText:
		return 12
	case theme.SizeNameSubHeadingText:
		return 16
	case theme.SizeNameHeadingText:
		return 23
	case SizeCode:
		return 34
	case theme.SizeNameInputRadius, theme.SizeNameButtonRadius, theme.SizeNameSelectionRadius:
		return 6
	case theme.SizeNameCardRadius:
		return 8
	}
	return theme.DefaultTheme().Size(name)
}

// color answers a named colour of the app's theme now.
func colorOf(name fyne.ThemeColorName) color.Color { return theme.Color(name) }
