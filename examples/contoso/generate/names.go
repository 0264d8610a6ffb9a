package main

import (
	"fmt"
	"strings"
)

// upn is the user principal name of a person: adele.vance@contoso.com.
func upn(name string) string {
	plain := strings.NewReplacer(
		"á", "a", "â", "a", "å", "a", "ã", "a", "ä", "a", "ć", "c", "ç", "c", "č", "c", "é", "e", "ë", "e", "í", "i", "ł", "l", "ñ", "n", "ń", "n",
		"ó", "o", "ö", "o", "ø", "o", "ß", "ss", "š", "s", "ş", "s", "ú", "u", "ü", "u", "ž", "z", "'", "", " ", ".",
	)
	return plain.Replace(strings.ToLower(name)) + "@contoso.com"
}

// A crowd gives names that nobody has yet.
type crowd struct {
	chance chance
	taken  map[string]bool
}

func newCrowd(taken []person) *crowd {
	c := &crowd{chance: chanceOf("crowd", "names"), taken: map[string]bool{}}
	for _, p := range taken {
		c.taken[upn(p.name)] = true
	}
	return c
}

func (c *crowd) name() string {
	given, family := strings.Fields(givenNames), strings.Fields(familyNames)
	for range 1000 {
		name := fmt.Sprintf("%s %s", given[c.chance.below(len(given))], family[c.chance.below(len(family))])
		if !c.taken[upn(name)] {
			c.taken[upn(name)] = true
			return name
		}
	}
	panic("the names are used up")
}

const givenNames = `
	Adele Aino Akira Alejandro Alva Amara Amir Ana Anders Anika Anton Aoife Arjun Asha Astrid Ayumi Beatriz Bence Bianca Björn Bruno
	Camille Cecilia Chidi Chiara Chloe Clara Cormac Daniela David Deepa Diego Dmitri Ebba Edith Ekene Elena Elif Elin Emil Emma Enzo Erik
	Esther Eva Farah Fatima Felix Filip Finn Francesca Freya Gabriel Georg Giulia Grace Grzegorz Gustav Hana Hannah Haruto Hassan Hedda
	Helena Henry Hugo Ida Ilse Imran Ines Ingrid Ioana Irena Isaac Isha Ivan Jakob Jamal Jana Javier Jelena Jin Joana João Johanna Jorge
	Julia Kaito Karin Kasper Katarzyna Kemal Kiran Klara Kofi Lars Laura Leila Lena Leo Liam Lina Linnea Lotte Louis Lucía Luka Magnus
	Malin Mara Marco Maria Marta Mateo Mei Meera Mia Mikael Milan Mina Mohamed Nadia Naomi Nia Nicolas Nikhil Nils Nina Noah Nora Olga
	Olivia Omar Oskar Pablo Patrícia Paul Petra Pia Priya Rafael Rahul Rania Rebecca Ren Rosa Ruben Saga Samir Sanna Sara Selma Sofia Stefan
	Stella Sven Tariq Tess Theo Tiago Tilda Tobias Uma Vera Viktor Wei William Yara Yasmin Yusuf Zofia Zuri`

const familyNames = `
	Abara Adeyemi Ahmed Almeida Andersson Arslan Bakker Banerjee Barbosa Bauer Becker Berg Bergström Bianchi Blom Boateng Borg Brandt Byrne
	Cardoso Carlsson Castillo Chandra Chen Clarke Conti Costa Cruz Dahl Dang Das Demir Desai Diallo Dias Dubois Duarte Eklund Eriksen Esposito
	Evans Falk Farouk Fernandes Ferrari Fischer Fontaine Forsberg Fournier Fraser Frank Fujita García Gomes Gonzalez Grant Gupta Haas Hagen
	Hamid Hansen Haugen Hayashi Hedlund Hernández Hoang Hoffmann Holm Horvath Hughes Ibrahim Iyer Jansen Janssen Johansson Jones Joshi Kaplan
	Karlsson Kaur Keller Kelly Khan Kim Kobayashi Koch Kowalski Krüger Kumar Kurt Lang Larsen Laurent Lee Lehmann Lima Lindberg Lopes Lund
	Maier Malik Marino Martin Mbeki Mensah Meyer Moreau Moreno Müller Murphy Nair Nakamura Navarro Ng Nguyen Nielsen Nilsson Nowak Nyström
	Obi O'Brien Okafor Olsen Olsson Ortiz Osei Pálsson Park Patel Pereira Persson Petrov Pham Pinto Popescu Qureshi Ramos Rao Reyes Ricci
	Rizzo Rodrigues Romero Rossi Russo Sahin Saito Sandberg Santos Sato Schmidt Schneider Schulz Sharma Silva Singh Sjöberg Smith Solberg
	Sousa Strand Suzuki Svensson Takahashi Tan Tanaka Taylor Thapa Torres Tran Ueda Varga Vega Virtanen Vogel Wagner Walker Wallin Weber Wolf
	Wong Wright Yamada Yildiz Young Zhang Zimmermann`
