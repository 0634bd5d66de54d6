/** Names and places of the demo registry, with the letters that break what was only tried in ASCII. */
const listed = (names: string): readonly string[] => names.split('|');

export const SURNAMES = listed(
  'Müller|García|Nguyễn|Çelik|Łukasik|Søndergaard|Okonkwo|Haddad|Ñandú|Phumchai|O’Brien|Traoré|Kovač|Šimić|' +
    'Öztürk|Fernández|Da Silva|Rakotomalala|Abebe|Mensah|Tamang|Rahman|Chávez|Dvořák|Al-Masri|Kim|Sow|Banda|' +
    'Þórsson|Ibáñez',
);

export const FEMALE_NAMES = listed(
  'Sudarat|Amélie|Zoë|Chloé|Fatoumata|Nazlı|Željka|María|Thảo|Aïcha|Grace|Ngozi|Inês|Åsa|Leïla|Małgorzata|' +
    'Priya|Hadiza|Rosa|Šárka|Tsion|Ana|Emine|Lúcia',
);

export const MALE_NAMES = listed(
  'Anan|José|Søren|Łukasz|Kwame|Đorđe|Umut|Jürgen|André|Minh|Tomáš|Abdoulaye|Raúl|Peter|Björn|Çağrı|Hamza|' +
    'João|Isak|Bilal|Tesfaye|Óscar|Nabil|Štefan',
);

export interface Region {
  /** `region_code`. */
  code: string;
  name: string;
  country: string;
  /** `sub_region_code`. */
  districts: readonly string[];
  towns: readonly string[];
  /** First digits of its postal codes, which have five. */
  postal: string;
  latitude: number;
  longitude: number;
}

export const REGIONS: readonly Region[] = [
  {
    code: 'A205',
    name: 'Surat Thani',
    country: 'TH',
    districts: ['SH', 'KS'],
    towns: ['Bophut', 'Koh Samui'],
    postal: '843',
    latitude: 9.53,
    longitude: 100.06,
  },
  {
    code: 'central_region',
    name: 'Central Region',
    country: 'XX',
    districts: ['CR01', 'CR02', 'CR03'],
    towns: ['São Marcos', 'Hauptstätten', 'Riverside'],
    postal: '100',
    latitude: 12.1,
    longitude: 33.2,
  },
  {
    code: 'northern_region',
    name: 'Northern Region',
    country: 'XX',
    districts: ['NR01', 'NR02'],
    towns: ['Żabie', 'Northfield', 'Ålby'],
    postal: '210',
    latitude: 14.7,
    longitude: 33.9,
  },
  {
    code: 'southern_region',
    name: 'Southern Region',
    country: 'XX',
    districts: ['SR01', 'SR02'],
    towns: ['Peñas Blancas', 'Southgate'],
    postal: '320',
    latitude: 9.4,
    longitude: 32.8,
  },
  {
    code: 'eastern_region',
    name: 'Eastern Region',
    country: 'XX',
    districts: ['ER01', 'ER02'],
    towns: ['Çayönü', 'Eastbridge'],
    postal: '430',
    latitude: 12.3,
    longitude: 35.6,
  },
  {
    code: 'western_region',
    name: 'Western Region',
    country: 'XX',
    districts: ['WR01'],
    towns: ['Lützow', 'Westmoor'],
    postal: '540',
    latitude: 11.9,
    longitude: 30.7,
  },
];

export const STREETS = listed('Market Street|Rue de l’Église|Hauptstraße|Calle del Río|Mill Lane|Đường Hoa Sen');
