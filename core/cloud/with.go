package cloud

import "slices"

// Add makes a cloud known, in place of one with the same id.
func (c *Catalog) Add(row Cloud) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.clouds = append(slices.DeleteFunc(slices.Clone(c.clouds), func(o Cloud) bool { return o.ID == row.ID }), row)
}
