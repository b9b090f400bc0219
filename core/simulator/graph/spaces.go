package graph

import (
	"net/http"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/roomkey/roomkey/core/simulator/fault"
	"github.com/roomkey/roomkey/core/simulator/microsoft"
	"github.com/roomkey/roomkey/core/simulator/tenant"
)

var spaceProperties = strings.Fields("id placeId displayName label parentId tags isWheelChairAccessible address geoCoordinates phone")

// buildingsOff is whether the tenant never switched buildings on: Graph then shows
// no building, floor or section.
func (c *call) buildingsOff() bool {
	return c.g.Has(fault.BuildingsOff) && !c.g.State.Exchange.BuildingsOn
}

// space is one that Graph shows, nil for none.
func (c *call) space(id string) *tenant.Space {
	s := c.g.State.Exchange.Space(id)
	if s == nil || c.buildingsOff() || !c.g.Replicated(s.ID) {
		return nil
	}
	return s
}

func spaceObject(s *tenant.Space) object {
	o := object{
		"@odata.type": "#microsoft.graph." + s.Type, "id": s.ID, "placeId": s.ID, "displayName": s.Name, "label": s.Label, "parentId": nil,
		"tags": []string{}, "isWheelChairAccessible": false, "address": nil, "geoCoordinates": nil, "phone": "",
	}
	if s.ParentID != "" {
		o["parentId"] = s.ParentID
	}
	return o
}

func (c *call) spaces(kind string) (reply, error) {
	if err := c.noPlaces(); err != nil {
		return reply{}, err
	}
	var list []*tenant.Space
	for _, s := range c.g.State.Exchange.Spaces {
		if s.Type == kind && c.space(s.ID) != nil {
			list = append(list, s)
		}
	}
	return c.list(collection{
		context: "places/microsoft.graph." + kind, n: len(list), known: spaceProperties, top: 1000, maxTop: 1000, skip: true,
		at: func(i int) object { return bare(spaceObject(list[i])) },
	})
}

// createSpace makes a building, a floor or a section; two may have one name.
func (c *call) createSpace() (reply, error) {
	if err := c.noPlaces(); err != nil {
		return reply{}, err
	}
	data, err := c.raw()
	if err != nil {
		return reply{}, err
	}
	var b struct {
		Type     string `json:"@odata.type"`
		Name     string `json:"displayName"`
		ParentID string `json:"parentId"`
		Label    string `json:"label"`
	}
	if err := strict(data, &b); err != nil {
		return reply{}, err
	}
	e := &c.g.State.Exchange
	kind := strings.TrimPrefix(strings.TrimPrefix(b.Type, "#"), "microsoft.graph.")
	switch {
	case !slices.Contains([]string{"building", "floor", "section"}, kind):
		return reply{}, microsoft.BadRequest("The property '@odata.type' is required and must be a type of place that can be created.")
	case strings.TrimSpace(b.Name) == "":
		return reply{}, microsoft.BadRequest("The property 'displayName' is required.")
	case !e.Fits(kind, b.ParentID):
		return reply{}, microsoft.BadRequest("The parent of a " + kind + " is missing or of a wrong type.")
	}
	s := &tenant.Space{ID: uuid.NewString(), Type: kind, Name: b.Name, ParentID: b.ParentID, Label: b.Label}
	e.Spaces = append(e.Spaces, s)
	c.g.Born(s.ID)
	o := spaceObject(s)
	o["@odata.context"] = c.context("places/$entity")
	return created(o)
}

// deleteSpace removes one in which nothing is.
func (c *call) deleteSpace() (reply, error) {
	s := c.space(c.vars[0])
	if s == nil {
		return reply{}, notAPlace(c.vars[0])
	}
	e := &c.g.State.Exchange
	inside := slices.ContainsFunc(e.Spaces, func(o *tenant.Space) bool { return o.ParentID == s.ID })
	for _, p := range e.Places {
		inside = inside || p["parentId"] == s.ID
	}
	if inside {
		return reply{}, microsoft.Refuse(http.StatusBadRequest, "BadRequest", "The place has children and cannot be deleted.")
	}
	e.Spaces = slices.DeleteFunc(e.Spaces, func(o *tenant.Space) bool { return o == s })
	return noContent()
}
