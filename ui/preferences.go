package ui

import (
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"sync"

	"fyne.io/fyne/v2"

	"github.com/roomkey/roomkey/core/file"
	"github.com/roomkey/roomkey/core/store"
)

// maxPreferences is far above what a person can make of the look.
const maxPreferences = 1 << 20

// KeepPreferences keeps how a person likes the window in the file at path. Fyne
// writes its own file in place, so that of two windows at once one reads what
// the other has just emptied. What that file has counts until it is changed here.
// The given function waits until everything is written.
func KeepPreferences(app fyne.App, path string) (written func()) {
	p := &preferences{Preferences: app.Preferences(), path: path, changed: map[string]any{}}
	for key, value := range p.read() {
		switch v := value.(type) {
		case string:
			p.Preferences.SetString(key, v)
		case float64: // as JSON has numbers
			p.Preferences.SetInt(key, int(v))
		}
	}
	app.SetCloudProvider(provider{p}) // it is how Fyne takes other preferences; nothing goes to a cloud
	return p.writing.Wait
}

// preferences are Fyne's, which remain in memory. The two types that are used
// here and in Fyne's dialogs also go to the file.
type preferences struct {
	fyne.Preferences
	path    string
	file    sync.Mutex // between reading and writing it
	lock    sync.Mutex
	changed map[string]any // and not yet in the file
	writing sync.WaitGroup
}

// SetString is Fyne's.
func (p *preferences) SetString(key, value string) {
	p.Preferences.SetString(key, value)
	p.keep(key, value)
}

// SetInt is Fyne's.
func (p *preferences) SetInt(key string, value int) {
	p.Preferences.SetInt(key, value)
	p.keep(key, value)
}

// keep does not wait for the disk: a column that is dragged changes with each
// movement, and what changes while the file is written is written together.
func (p *preferences) keep(key string, value any) {
	p.lock.Lock()
	defer p.lock.Unlock()
	p.changed[key] = value
	if len(p.changed) == 1 {
		p.writing.Go(p.write)
	}
}

func (p *preferences) write() {
	p.file.Lock()
	defer p.file.Unlock()
	all := p.read() // another window may have written
	p.lock.Lock()
	maps.Copy(all, p.changed)
	clear(p.changed)
	p.lock.Unlock()
	data, err := json.Marshal(all)
	if err == nil {
		err = store.WriteFile(p.path, data)
	}
	if err != nil {
		fyne.LogError("The look of the window was not saved", err)
	}
}

// read is what the file has. One that cannot be read was not kept.
func (p *preferences) read() map[string]any {
	var all map[string]any
	data, err := file.Read(p.path, maxPreferences)
	if err == nil {
		err = json.Unmarshal(data, &all)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		fyne.LogError("The look of the window was not read", err)
	}
	if all == nil {
		all = map[string]any{}
	}
	return all
}

// provider gives the preferences to Fyne.
type provider struct{ preferences *preferences }

var _ fyne.CloudProviderPreferences = provider{}

func (p provider) CloudPreferences(fyne.App) fyne.Preferences { return p.preferences }

func (provider) ProviderDescription() string { return "" }
func (provider) ProviderIcon() fyne.Resource { return nil }
func (provider) ProviderName() string        { return "" }
func (provider) Setup(fyne.App) error        { return nil }
func (provider) Cleanup(fyne.App)            {}
