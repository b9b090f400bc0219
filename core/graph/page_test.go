package graph

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/microsoft/kiota-abstractions-go/serialization"
	kjson "github.com/microsoft/kiota-serialization-json-go"
	"github.com/microsoftgraph/msgraph-sdk-go/models"

	"github.com/roomkey/roomkey/core/tenant"
)

// sdk reads a page as the SDK does.
func sdk[M any, R response[M]](body []byte, make serialization.ParsableFactory) (values []M, link string, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	node, err := kjson.NewJsonParseNode(body)
	if err != nil {
		return nil, "", err
	}
	parsed, err := node.GetObjectValue(make)
	if err != nil {
		return nil, "", err
	}
	page, ok := parsed.(R)
	if !ok {
		return nil, "", fmt.Errorf("%T", parsed)
	}
	return page.GetValue(), text(page.GetOdataNextLink()), nil
}

// ours reads a page as this package does.
func ours[M any](body []byte) ([]*M, string, error) {
	p, err := decode[M](body)
	if err != nil {
		return nil, "", err
	}
	values, err := p.items()
	return values, p.link, err
}

var bodies = []string{
	`{"value":[{"id":"a","displayName":"Ann","userPrincipalName":"ann@contoso.com","mail":null,"department":"Ä\ud83d\ude00\u0000","accountEnabled":false,"userType":"Guest","cardNumber":"no","employeeId":"7","onPremisesExtensionAttributes":{"extensionAttribute3":"C3","extensionAttribute4":null}}]}`,
	`{"@odata.nextLink":"https://x/v1.0/users?$skiptoken=1","@odata.count":7,"value":[{"id":"r","emailAddress":"r@contoso.com","displayName":"R","capacity":-1,"floorNumber":2147483647,"building":null,"tags":["a","b"],"isWheelChairAccessible":true,"bookingType":"reserved","audioDeviceName":"x","lists":["no"]}]}`,
	`{"value":[],"@odata.nextLink":"after"}`, `{"value":[null,{}]}`, `{"value":null}`, `{"Value":[{"id":"a"}]}`, `{}`, `[]`, `null`, `"x"`, `7`,
	`{"value":{}}`, `{"value":"x"}`, `{"value":[7]}`, `{"value":[{"id":7}]}`, `{"value":[{"accountEnabled":"yes"}]}`, `{"value":[{"id":"a"}],"value":[{"id":"b"}]}`,
	`{"@odata.nextLink":7,"value":[]}`, `{"value":[{"capacity":"3","id":"x"}]}`, `{"value":[{"tags":[1]}]}`, `{"value":[{"onPremisesExtensionAttributes":[]}]}`,
}

// agree holds our reading of one body against the SDK's. Ours may refuse what
// the SDK lets pass, never the other way round, and what both read is the same.
func agree(t *testing.T, body []byte) {
	theirs, link, err := sdk[models.Userable, models.UserCollectionResponseable](body, models.CreateUserCollectionResponseFromDiscriminatorValue)
	mine, mylink, myerr := ours[personAnswer](body)
	if usable := myerr == nil && mine != nil; usable {
		if err != nil || link != mylink || len(theirs) != len(mine) {
			t.Fatalf("%s: %d and %q, the SDK has %d and %q, %v", body, len(mine), mylink, len(theirs), link, err)
		}
		for i, m := range mine {
			if (m == nil) != isNil(theirs[i]) {
				t.Fatalf("%s: entry %d is nil for one only", body, i)
			}
			if m == nil {
				continue
			}
			u, e := theirs[i], theirs[i].GetOnPremisesExtensionAttributes()
			card := ""
			if !isNil(e) {
				card = text(e.GetExtensionAttribute3())
			}
			want := tenant.Person{ID: text(u.GetId()), DisplayName: text(u.GetDisplayName()), UserPrincipalName: text(u.GetUserPrincipalName()), Mail: text(u.GetMail()),
				Department: text(u.GetDepartment()), Enabled: u.GetAccountEnabled(), UserType: text(u.GetUserType()), CardNumber: card}
			if got := m.person("extensionAttribute3"); !reflect.DeepEqual(got, want) {
				t.Errorf("%s:\ngot  %+v\nwant %+v", body, got, want)
			}
		}
	}
	places, link, err := sdk[models.Roomable, models.RoomCollectionResponseable](body, models.CreateRoomCollectionResponseFromDiscriminatorValue)
	rooms, mylink, myerr := ours[roomAnswer](body)
	if myerr != nil || rooms == nil {
		return
	}
	if err != nil || link != mylink || len(places) != len(rooms) {
		t.Fatalf("%s: %d rooms, the SDK has %d, %v", body, len(rooms), len(places), err)
	}
	for i, m := range rooms {
		if m == nil || isNil(places[i]) {
			continue
		}
		p, got := places[i], m.Room
		number := func(n *int32) string {
			if n == nil {
				return "none"
			}
			return strconv.Itoa(int(*n))
		}
		mine := func(n *int) string {
			if n == nil {
				return "none"
			}
			return strconv.Itoa(*n)
		}
		if got.ID != text(p.GetId()) || got.EmailAddress != text(p.GetEmailAddress()) || got.DisplayName != text(p.GetDisplayName()) || got.Building != text(p.GetBuilding()) ||
			mine(got.Capacity) != number(p.GetCapacity()) || mine(got.FloorNumber) != number(p.GetFloorNumber()) || len(got.Tags) != len(p.GetTags()) || got.Lists != nil ||
			got.Audio != text(p.GetAudioDeviceName()) || got.Label != text(p.GetLabel()) || !reflect.DeepEqual(got.Accessible, p.GetIsWheelChairAccessible()) {
			t.Errorf("%s: %+v", body, got)
		}
	}
}

func TestPagesReadAsTheSDKDoes(t *testing.T) {
	registerJSON()
	for _, body := range bodies {
		agree(t, []byte(body))
	}
	for _, body := range bodies[:2] { // what a tenant sends is not refused
		if people, _, err := ours[personAnswer]([]byte(body)); err != nil || len(people) != 1 {
			t.Errorf("%s: %v", body, err)
		}
		if rooms, _, err := ours[roomAnswer]([]byte(body)); err != nil || len(rooms) != 1 {
			t.Errorf("%s: %v", body, err)
		}
	}
}

func FuzzPagesReadAsTheSDKDoes(f *testing.F) {
	registerJSON()
	for _, body := range bodies {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		// encoding/json takes a name in another case; Graph writes none.
		if json.Valid(body) && strings.ToLower(string(body)) == string(body) {
			agree(t, body)
		}
	})
}

// The next page is asked for before this one is handed on.
func TestTheNextPageIsOnItsWay(t *testing.T) {
	var l *lab
	asked := make(chan struct{})
	l = newLab(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("$skiptoken") != "" {
			close(asked)
			fmt.Fprint(w, `{"value":[{"id":"b"}]}`)
			return
		}
		fmt.Fprintf(w, `{"value":[{"id":"a"}],"@odata.nextLink":"%s/v1.0/users?$skiptoken=2"}`, l.URL)
	})
	list := l.People(t.Context(), PeopleQuery{}, func([]tenant.Person) {
		select {
		case <-asked:
		case <-t.Context().Done():
		}
	})
	if !list.Complete || len(list.Items) != 2 {
		t.Errorf("%+v", list)
	}
}

func TestAListWithoutEnd(t *testing.T) {
	for _, value := range []string{`[]`, `[{"id":"N"}]`} {
		var l *lab
		l = newLab(t, func(w http.ResponseWriter, r *http.Request) {
			n := strconv.Itoa(l.calls())
			fmt.Fprintf(w, `{"value":%s,"@odata.nextLink":"%s/v1.0/users?$skiptoken=%s"}`, strings.ReplaceAll(value, "N", n), l.URL, n)
		})
		list := l.People(t.Context(), PeopleQuery{}, nil)
		if p := list.Problem; list.Complete || p == nil || p.Code != codeListEndless || p.RequestID == "" || l.calls() > 120 {
			t.Errorf("%s: complete %v after %d calls, %v", value, list.Complete, l.calls(), list.Problem)
		}
	}
}

// A page that Graph does not get ready in time is asked for smaller, and those
// after it too.
func TestAPageThatIsTooLargeForGraph(t *testing.T) {
	var l *lab
	l = newLab(t, func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		if top, _ := strconv.Atoi(q.Get("$top")); top > 300 {
			w.Header().Set("Retry-After", "0.01")
			w.WriteHeader(http.StatusGatewayTimeout)
			fmt.Fprint(w, `{"error":{"code":"UnknownError","message":""}}`)
			return
		}
		switch q.Get("$skiptoken") {
		case "":
			fmt.Fprintf(w, `{"value":[{"id":"a"}],"@odata.nextLink":"%s/v1.0/users?$top=999&$skiptoken=a%%2Fb"}`, l.URL)
		case "a/b":
			fmt.Fprint(w, `{"value":[{"id":"b"}]}`)
		}
	})
	if list := l.People(t.Context(), PeopleQuery{}, nil); !list.Complete || len(list.Items) != 2 {
		t.Errorf("%+v", list)
	}
}
