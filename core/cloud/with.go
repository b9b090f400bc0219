package cloud

import "slices"

// With is the catalogue with one more cloud, or another row for the same id:
// how a simulated cloud becomes known without a file.
func (c *Catalog) With(row Cloud) *Catalog {
	clouds := slices.DeleteFunc(slices.Clone(c.clouds), func(o Cloud) bool { return o.ID == row.ID })
	return &Catalog{clouds: append(clouds, row)}
}
