// Package icons embeds the pictures of the window. It imports nothing of
// Roomkey.
package icons

import "embed"

// Files holds the pictures: roomkey.svg is the application's own (the packagers'
// roomkey.png, the window's window.png and the small logo.png are made of it, since
// making a picture smaller takes Fyne as long as drawing a page), the others are the
// states of steps and findings, drawn in black and coloured by the theme.
//
//go:embed *.svg *.png
var Files embed.FS
