package session

import "github.com/roomkey/roomkey/core/product"

// OwnProduct is the connection's product with what was chosen for it, as a file
// of the administrator's own.
func (s *Session) OwnProduct(id, name string) (product.Product, error) {
	p, err := s.Product()
	if err != nil {
		return p, err
	}
	c := s.Document()
	return p.Chosen(id, name, c.Product.Options, c.Product.Permissions), nil
}
