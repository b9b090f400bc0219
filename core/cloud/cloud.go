// Package cloud knows the Microsoft clouds: which authority, Graph root and
// portals belong together, and how a typed tenant becomes a tenant id.
package cloud

import "github.com/roomkey/roomkey/core/transport"

// Cloud is one row of the table of clouds. Authority, Graph root and scope
// always come from the same row.
type Cloud struct {
	// ID is the name used in documents and on the command line: "global",
	// "gcc-high", "dod", "china", "bleu", "delos", "govsg" or the
	// administrator's own.
	ID   string `yaml:"id" json:"id"`
	Name string `yaml:"name" json:"name"`
	// Authority is the sign-in root without a trailing slash, Aliases the other
	// hosts under which the same authority is known.
	Authority string   `yaml:"authority" json:"authority"`
	Aliases   []string `yaml:"aliases,omitempty" json:"aliases,omitempty"`
	// Graph is the root of Microsoft Graph without version and slash.
	Graph   string  `yaml:"graph" json:"graph"`
	Portals Portals `yaml:"portals,omitempty" json:"portals"`
	// ExchangeHost is the host of Exchange Online, ExchangeEnvironment the value
	// of Connect-ExchangeOnline -ExchangeEnvironmentName, "" to omit it.
	ExchangeHost        string `yaml:"exchangeHost,omitempty" json:"exchangeHost,omitempty"`
	ExchangeEnvironment string `yaml:"exchangeEnvironment,omitempty" json:"exchangeEnvironment,omitempty"`
	// GraphEnvironment is the value of Connect-MgGraph -Environment.
	GraphEnvironment string `yaml:"graphEnvironment,omitempty" json:"graphEnvironment,omitempty"`
	// Missing are the features that this cloud does not have.
	Missing []Feature `yaml:"missing,omitempty" json:"missing,omitempty"`
	// Uncertain are the features about which Microsoft's own sources disagree:
	// they are probed at run time.
	Uncertain []Feature `yaml:"uncertain,omitempty" json:"uncertain,omitempty"`
	// CAFile is a PEM file of the authority that signed the certificates of a
	// laboratory's endpoints, "" for the system's.
	CAFile string `yaml:"caFile,omitempty" json:"caFile,omitempty"`
	// InstanceDiscovery is whether the authority may be looked up at Microsoft;
	// off for a laboratory and for clouds that Microsoft's list does not have.
	InstanceDiscovery *bool `yaml:"instanceDiscovery,omitempty" json:"instanceDiscovery,omitempty"`
	// Own is whether the row came from the administrator's clouds.yaml.
	Own bool `yaml:"-" json:"own,omitempty"`
}

// Portals are the consoles of a cloud; "" where none is known.
type Portals struct {
	Azure    string `yaml:"azure,omitempty" json:"azure,omitempty"`
	Entra    string `yaml:"entra,omitempty" json:"entra,omitempty"`
	Admin    string `yaml:"admin,omitempty" json:"admin,omitempty"`
	Exchange string `yaml:"exchange,omitempty" json:"exchange,omitempty"`
}

// Feature is something that not every cloud has.
type Feature string

// The features that differ between clouds.
const (
	FeaturePlaces            Feature = "places"
	FeatureBuildings         Feature = "buildings"
	FeatureEvents            Feature = "events"
	FeatureSubscriptions     Feature = "subscriptions"
	FeatureChat              Feature = "chat"
	FeatureOnlineMeetings    Feature = "onlineMeetings"
	FeatureFindMeetingTimes  Feature = "findMeetingTimes"
	FeaturePresence          Feature = "presence"
	FeatureCommandLineClient Feature = "commandLineClient" // the Microsoft Graph Command Line Tools application
)

// Scope is what an application asks a token for, always of the same row as the
// Graph root.
func (c Cloud) Scope() string { return c.Graph + "/.default" }

// Endpoints are the options of a client for the cloud's endpoints.
func (c Cloud) Endpoints() transport.Options {
	return transport.Options{CAFile: c.CAFile, Owner: c.Owner()}
}

// Owner is whose endpoints the cloud's are.
func (c Cloud) Owner() transport.Owner {
	if c.Own {
		return transport.OwnCloud(c.ID)
	}
	return transport.Owner{}
}

// Discovers reports whether MSAL may ask for instance discovery.
func (c Cloud) Discovers() bool { return c.InstanceDiscovery == nil || *c.InstanceDiscovery }

// Lacks reports whether the cloud is known not to have the feature.
func (c Cloud) Lacks(f Feature) bool { return has(c.Missing, f) }

// Doubtful reports whether sources disagree about the feature.
func (c Cloud) Doubtful(f Feature) bool { return has(c.Uncertain, f) }

func has(list []Feature, f Feature) bool {
	for _, x := range list {
		if x == f {
			return true
		}
	}
	return false
}
