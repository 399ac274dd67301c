story same-word
title
  en: All read “master”
  zh: 都读到 “master”
run election:znode-same-word;r1;s1

step
  until note "established"
  until message Request
  en: Four candidates, n1 to n4, and a coordination service of three servers. Each wants to make the znode
    /election/master and to write “master” into it.
  zh: 四个候选人 n1 到 n4，加上由三台服务器组成的协调服务。每个候选人都想创建节点 /election/master，并写入 “master”。

step
  until n3.role = leader
  spot n3
  en: n3 was first: the znode is its own. It reads “master”, and leads.
  zh: n3 最先：节点是它创建的。它读到 “master”，于是领导。
  ask
    en: The others are told that the znode exists. Then they read it, and find “master”. What do they conclude?
    zh: 其余候选人得知节点已存在，随后读取它，读到 “master”。它们会得出什么结论？
    right
      en: That they lead
      zh: 自己领导
      why
        en: The sample compares the word with "master", and never asks who wrote it.
        zh: 示例代码只把读到的词与 "master" 比较，从不问是谁写的。
    wrong
      en: That n3 leads
      zh: n3 领导
      why
        en: Nothing in the word says n3. A znode should say whose it is.
        zh: 这个词里没有 n3。节点应当写明属于谁。

step
  until broken one-leader-an-epoch
  until count role = leader = 4
  en: Four leaders, on a service that did everything right. Whose znode it is must be read too: see `znode`.
  zh: 四个领导者，而服务没有做错任何事。还必须读出节点属于谁：请看 znode 变体。
